* Half of this makes no sense
V1 in 0 dc 1
R1 in out 1k
R2 out
Q9
C1 out 0 {nonsense(}
.include nowhere.inc
R3 out 0 1k
.end
