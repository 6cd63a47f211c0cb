"""Functions and their text.

text      function to text, and text to function
imports   import statements in order
matching  which definition in a file a function was made by
"""
