"""Nginx of each site."""
