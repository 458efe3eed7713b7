"""What every stage of tables makes; a new table is one line of the dict its stage returns."""
