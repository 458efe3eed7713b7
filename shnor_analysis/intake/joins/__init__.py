"""What files say together: joins, repeated answers, completeness."""
