"""What the app itself has to reach, measured on its real window without a display."""
