# SPDX-License-Identifier: Apache-2.0
"""Simulated people: who does a drill well, or badly in a way that its file names.

The model works on signals, not on muscles. `body` knows what a body can set and what follows from
it: shares of the regions add up to one, reach follows from the centre of pressure. `person` hears
what a person hears (side, phase, called hour), waits for a reaction time, moves there along a
smooth path and sways (`moving`). Where to go is solved for (`aiming`, from the wishes that `asking`
reads in the file): the posture nearest to the one before in which the phase's conditions hold
wherever the sway carries it, or all of them but one. `faults` finds in a drill's file what can go
wrong; `trials` says what has to come of it, and compares. Nothing of this asks the engine what it
thinks of a condition.

It says whether a drill's file can be passed, and whether its faults are found. How hard a drill is
for people it does not know: thresholds, reaction times and sway are this project's.
"""
