"""Rules about which file is opened, and by whom (SF2xx)."""
