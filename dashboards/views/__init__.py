"""The pages, one file each: a page asks ``queries`` and shows ``components``."""
