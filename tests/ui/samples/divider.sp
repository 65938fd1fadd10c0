* Two dividers in a subcircuit each
.subckt div top mid bot r=1k
R1 top mid {r}
R2 mid bot {r}
.ends
V1 in 0 dc 2
X1 in out 0 div r=10k
X2 out tail 0 div
R3 tail 0 1k
.end
