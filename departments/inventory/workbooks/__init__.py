"""Spreadsheets (XLSX) as rows of text, streamed."""
