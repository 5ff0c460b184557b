"""From records to text, one format a module. Nothing here prints, and every format ends well without findings."""
