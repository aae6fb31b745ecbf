# SPDX-License-Identifier: Apache-2.0
"""What this computer lacks for the work, and how to put it right.

`facts` looks at the computer, `checks` judges what was seen; so every judgement can be tested on
any computer.
"""
