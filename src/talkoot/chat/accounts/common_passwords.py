"""The passwords of eight characters and more that guessers try first, in lower case."""

from __future__ import annotations

_WORDS = """
12345678 123456789 1234567890 12345678910 0123456789 9876543210 987654321 87654321 123123123
1234512345 147258369 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 1qaz2wsx 1qaz2wsx3edc
zaq12wsx qazwsxedc qwertyuiop qwerty123 qwerty1234 qwerty12345 qwertz123 qwertzuiop azertyuiop
asdfghjkl asdfasdf asdf1234 zxcvbnm1 qwer1234 1234qwer password password1 password12 password123
password1234 password12345 passw0rd p@ssw0rd p@ssword p@ssword1 pa55word passwort passwort1
passwort123 motdepasse contrasena salasana salasana1 wachtwoord haslo123 heslo123 senha123 letmein1
letmein123 welcome1 welcome12 welcome123 welcome2 changeme changeme1 changeme123 default1
administrator admin123 admin1234 admin12345 administrator1 root1234 rootroot toortoor test1234
testtest test12345 testing123 guest123 user1234 secret123 secretsecret temp1234 temporary1 master123
superman superman1 batman123 starwars starwars1 iloveyou iloveyou1 iloveyou2 iloveyou! sunshine
sunshine1 princess princess1 football football1 baseball baseball1 basketball charlie1 michael1
jennifer jordan23 liverpool liverpool1 chelsea1 arsenal1 barcelona manchester dragon123 monkey123
shadow123 trustno1 whatever computer computer1 internet internet1 samsung1 google123 facebook
facebook1 linkedin1 pokemon1 naruto123 minecraft minecraft1 freedom1 mustang1 corvette mercedes1
hello123 hello1234 hellohello abcd1234 abc12345 abc123456 abcdefgh abcdefg1 abcdefghi a1b2c3d4
aa123456 aa12345678 a1234567 a12345678 a123456789 1234abcd 12341234 11223344 1122334455 112233445566
12121212 123456abc 123456a! 123abc123 00000000 11111111 88888888 99999999 666666666 qweasdzxc
qweasd123 qwe123456 zxcvbnm123 summer2024 summer2025 summer2026 winter2024 winter2025 winter2026
spring2024 spring2025 spring2026 autumn2025 january1 december december1 november blahblah nothing1
dupadupa azerty123 loveyou1 lovelove babygirl babygirl1 jesus123 god12345 blink182 slipknot
metallica nirvana1 killer123 hunter123 hunter22 ncc1701d thx11381 access14 talkoot1 talkoot123
talkoottalkoot letmeinnow opensesame sesame123 correcthorse correcthorsebatterystaple
"""

COMMON = frozenset(_WORDS.split())
