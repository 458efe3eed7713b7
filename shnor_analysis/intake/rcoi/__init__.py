"""РЦОИ: protocols of ОГЭ, ЕГЭ and ГВЭ, appeals."""
