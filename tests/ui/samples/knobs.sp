* A divider with two parameters
.param ra=1k
.param rb=2k
V1 in 0 dc 1
R1 in out {ra}
R2 out 0 {rb}
.end
