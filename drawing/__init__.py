"""Pictures as SVG, drawn by whoever has numbers to show; knows nothing of what they are."""
