"""Whatever is done in whatever order: rules that Hypothesis plays and shrinks."""
