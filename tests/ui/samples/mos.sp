* One transistor with a load
.model nch nmos level=1 vto=0.5 kp=200u lambda=0.02
Vdd vdd 0 dc 1.8
Vg g 0 dc 0.8
Rd vdd d 10k
M1 d g 0 0 nch W=2u L=0.5u
.end
