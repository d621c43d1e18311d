-- Streets that the room has closed.

-- C closure; a capital, so its table has an x
CREATE TABLE rec_xC(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_xC_k1 ON rec_xC(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_xC_k2 ON rec_xC(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_xC_k3 ON rec_xC(k3) WHERE k3 IS NOT NULL;
