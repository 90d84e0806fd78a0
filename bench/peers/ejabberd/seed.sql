INSERT INTO users (username, password)
SELECT 'person' || n, 'secret' FROM generate_series(0, :people - 1) n;
INSERT INTO archive (username, timestamp, peer, bare_peer, xml, txt, kind, nick)
SELECT room, 1700000000000000 + n * 1000, room || '/seed', room || '/seed',
    '<message xml:lang=''en'' to=''' || room || ''' from=''seed@localhost/bench'' type=''groupchat'' id=''' || n
    || ''' xmlns=''jabber:client''><body>' || lpad(n::text, 200, '0') || '</body></message>',
    lpad(n::text, 200, '0'), 'groupchat', 'seed'
FROM generate_series(1, :messages) n, (SELECT :'room' || '@conference.localhost' AS room) AS seeded;
ANALYZE;
