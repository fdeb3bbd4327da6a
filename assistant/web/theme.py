"""Colours and type of the Gradio page; those of the other pages are in ``pages/``."""

from __future__ import annotations

import gradio as gr

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.teal,
    neutral_hue=gr.themes.colors.stone,
    font=["Source Sans Pro", "sans-serif"],
    font_mono=["monospace"],
    text_size=gr.themes.sizes.text_md,
)
