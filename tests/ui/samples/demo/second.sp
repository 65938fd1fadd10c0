* Second
I1 0 a dc 1m
R1 a 0 2k
.end
