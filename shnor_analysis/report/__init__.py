"""All wording, rounding, colours and files: numbers become documents here and nowhere else."""
