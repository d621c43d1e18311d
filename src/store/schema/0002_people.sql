-- People: their own table. The key of a person's sealed fields is not here.

-- h person
CREATE TABLE rec_h(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_h_k1 ON rec_h(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_h_k2 ON rec_h(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_h_k3 ON rec_h(k3) WHERE k3 IS NOT NULL;
