"""The first hour with one's own data: ``init`` drafts, ``check`` tries, ``template`` shows."""
