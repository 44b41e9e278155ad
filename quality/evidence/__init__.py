"""The evidence pack: what was loaded, rejected and checked in one build, to take home and print."""
