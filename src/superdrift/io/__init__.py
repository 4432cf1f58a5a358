"""Files that are whole or absent: typed Parquet tables, batches of a long sampling; knows no material."""
