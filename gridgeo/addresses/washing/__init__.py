"""Free address text to the house it means: normalise (`text`), parse against what is known (`parse`, `lexicon`), score (`scoring`)."""
