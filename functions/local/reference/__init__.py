"""The generated parts of the READMEs: written from the code, compared with it by a test.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; `writing` puts there what `blocks` or
`features` make of the code. Everything around it is written by hand.
"""

from functions.local.reference.writing import READMES, rewrite

__all__ = ["READMES", "rewrite"]
