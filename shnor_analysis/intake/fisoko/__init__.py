"""ФИС ОКО: reports of «Аналитика», protocols and consolidated tables."""
