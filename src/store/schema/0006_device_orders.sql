-- Orders to devices, and what became of them.

-- O device order; a capital, so its table has an x
CREATE TABLE rec_xO(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_xO_k1 ON rec_xO(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_xO_k2 ON rec_xO(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_xO_k3 ON rec_xO(k3) WHERE k3 IS NOT NULL;
