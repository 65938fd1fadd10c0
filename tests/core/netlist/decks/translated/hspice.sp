* HSPICE notation
.option scale=1u post=2 list
.param vsup=3.3 wn='2*wbase' wbase=5 f(a,b)='a*b+1'
.global vdd
vvdd vdd 0 vsup
r1 vdd a r='f(2,500)-1' tc=1m,2u $ a comment
r2 a 0 '1k*sqrt(4)' m=2
m1 d1 a 0 0 nch w=wn l=0.5 m=2 ad='wn*0.5' as='wn*0.5' pd='2*wn' ps='2*wn'
rd1 vdd d1 2k
m53 d53 a 0 0 n53 w=10 l=0.5
rd53 vdd d53 2k
e1 e1 0 vcvs a 0 10 max=2 min=-2
e2 e2 0 vol='v(a)**3*(-1)**3+pwr(-v(a),3)'
e3 e3 0 pwl(1) a 0 0,0 1,5 2,6
g1 0 g1 vccs a 0 1m
rg1 g1 0 1k
f1 0 f1 cccs vsense 2
rf1 f1 0 1k
vsense a as 0
rs as 0 10k
g2 0 g2 cur='i(vsense)*2' m=3
rg2 g2 0 1k
x1 vdd b divi ra=1k
rb b 0 1k
v2 c 0 pulse 0.4 1 0 1n 1n 5n 10n
.macro divi p q ra=2k
r1 p n 'ra' 
r2 n q 'ra*2'
.eom
.model nch nmos level=49 version=3.3 tox=7n vth0=0.5
.model n53 nmos level=53 tox=7n vth0=0.6
.temp 30
.end
