"""Who is meant: schools, pupils, persons whose names must go."""
