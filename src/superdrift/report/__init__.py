"""What people read: numbers, tables, figures and the HTML page."""
