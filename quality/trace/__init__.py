"""From a published figure back to the rows of the files that it was made of."""
