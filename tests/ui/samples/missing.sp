* An amplifier whose opamp cell is not here
V1 in 0 dc 1
R1 in x 1k
R2 x out 2k
X1 x 0 out mystery_opamp
.end
