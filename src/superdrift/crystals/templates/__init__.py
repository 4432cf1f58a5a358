"""Method `template`: known prototypes with other elements."""
