/**
 * Passwords of at least eight characters that head every published list of stolen ones, in lower case. What people who
 * guess try first; the limits on attempts are for the rest.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  password password1 password12 password123 password1234 password12345 password123456 password! password1! password123!
  passw0rd p@ssw0rd p@ssword pa$$word pa$$w0rd p@55w0rd p@ssw0rd1 p@ssw0rd123 passw0rd1 passw0rd123 passwort passwort1
  passwort123 motdepasse contrasena wachtwoord parola12 mypassword newpassword yourpassword changeme changeme1
  changeme123 changemenow changeit default1 default123 temporary temp1234 temppass letmein1 letmein12 letmein123
  letmeinnow welcome1 welcome12 welcome123 welcome1234 welcome! welcome1! welcome123! willkommen bienvenue benvenuto
  12345678 123456789 1234567890 12345678910 123456789a 123456789q 0123456789 012345678 01234567 87654321 987654321
  9876543210 1234567891 123456781 123456780 1234567899 12341234 123123123 12312312 123321123 123454321 1234554321
  1122334455 11223344 112233445566 11112222 12121212 1212121212 10101010 101010101 13131313 147258369 147852369
  159753456 1597534682 159357456 741852963 789456123 789456123a 456789123 963852741 369258147 31415926 314159265
  20202020 20212021 20222022 20232023 20242024 20252025 20262026 19841984 19901990 2580258025 0987654321 098765432
  1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r! 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx 1qazxsw2 qazwsxedc qazwsx123 qazwsxedcrfv
  qwertyui qwertyuiop qwertyuiop1 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty123! qwerty1! qwertyqwerty
  qweasdzxc qweasd123 qwer1234 qwerasdf qwertzui qwertzuiop qwertz123 azertyui azertyuiop azerty123 asdfghjk asdfghjkl
  asdfghjkl1 asdf1234 asdfasdf asdasdasd asd123456 zxcvbnm1 zxcvbnm123 zxcvbnm, zxcvbnma zaq12wsx zaq1zaq1 zaq1xsw2
  !qaz2wsx !qaz1qaz poiuytrewq lkjhgfdsa mnbvcxz1 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 a1b2c3d4 a1b2c3d4e5 a1s2d3f4
  abcd1234 abc12345 abc123456 abcdefgh abcdefghi abcdefg1 abcdefg123 abcd12345 1234abcd 1234qwer 123qweasd 123qweasdzxc
  123456qwerty 12345qwert 123456abc 123abc456 123456aa 1234567a 12345678a 12345678q 12345678! 123456789! aa123456
  aa12345678 aaa12345 a12345678 a123456789 a1234567 q123456789 q12345678 z123456789 qq123456 qwe123456 aabbccdd
  iloveyou iloveyou1 iloveyou2 iloveyou12 iloveyou123 iloveyou! iloveyou3 iloveyou7 ilovehim ilovejesus iloveme1
  sunshine sunshine1 sunshine123 princess princess1 princess12 princess123 football football1 football12 football123
  baseball baseball1 baseball12 basketball basketball1 superman superman1 superman123 batman123 spiderman spiderman1
  spiderman123 pokemon1 pokemon123 starwars starwars1 startrek computer computer1 internet internet1 samsung1 samsung123
  jordan23 michael1 michael123 michelle michelle1 jennifer jennifer1 jessica1 ashley123 charlie1 charlie123 daniel123
  danielle thomas123 andrew123 anthony1 jonathan nicholas christian christopher elizabeth alexander alexandra victoria
  veronica samantha stephanie benjamin sebastian francesco valentina mercedes ferrari1 corvette mustang1 harley123
  chelsea1 arsenal1 liverpool liverpool1 manchester barcelona realmadrid juventus steelers cowboys1 lakers24 yankees1
  dragon123 monkey123 shadow123 master123 killer123 hunter123 tiger123 freedom1 trustno1 trustnoone whatever whatever1
  blahblah babygirl babygirl1 babygirl123 butterfly butterfly1 chocolate chocolate1 strawberry cinnamon snowball rainbow1
  lovelove loveyou1 lovely123 fuckyou1 fuckyou2 fuckyou123 asshole1 bullshit hello123 hello1234 hellohello helloworld
  goodluck bismillah bismillah1 jesus123 jesuschrist godisgood blessed1 diamond1 precious hallo123 hallo1234 hola1234
  summer123 summer2023 summer2024 summer2025 summer2026 winter123 winter2023 winter2024 winter2025 winter2026 spring2024
  spring2025 spring2026 autumn2024 autumn2025 autumn2026 january1 february september november december monday123
  friday123 sommer123 sommer2025 winter2025! summer2025! google123 facebook facebook1 facebook123 linkedin linkedin1
  linkedin123 twitter1 youtube1 myspace1 microsoft microsoft1 windows1 windows10 windows7 administrator admin123
  admin1234 admin12345 admin123456 admin123! admin@123 admin2024 admin2025 admin2026 adminadmin adminpass administrator1
  root1234 rootroot root123456 toor1234 guest123 guest1234 user1234 useruser test1234 test12345 test123456 testtest
  testing1 testing123 testpass tester123 demo1234 demodemo login123 logmein1 access14 access123 secret123 secret1234
  topsecret security security1 master12 mastermaster server123 database database1 oracle123 cisco123 company1 company123
  business office123 hospital hospital1 hospital123 doctor123 doctor12 nurse123 nursing1 medicine medicine1 medical1
  medical123 medical12 clinic123 patient1 patient123 pharmacy pharmacy1 surgery1 healthcare healthcare1 health123
  voiceassist voiceassist1 voiceassist123
  `
    .trim()
    .split(/\s+/),
)
