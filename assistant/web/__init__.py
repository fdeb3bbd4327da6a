"""The browser's door. Importing its modules loads gradio."""
