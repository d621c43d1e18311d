-- Closed incidents by the day on which they were closed, negative, until their words
-- are erased; recordings of emergencies by 2 (model/nouns.c says so of new rows).
UPDATE rec_i SET k1 =
	-(CAST(strftime('%s', json_extract(CAST(body AS TEXT), '$.m_closed')) AS INTEGER)
	/ 86400)
WHERE k1 IS NULL AND json_extract(CAST(body AS TEXT), '$.m_closed') IS NOT NULL;
UPDATE rec_f SET k2 = 2
WHERE json_extract(CAST(body AS TEXT), '$.incident') IS NOT NULL
	AND json_extract(CAST(body AS TEXT), '$.erased_at') IS NULL;

-- H legal hold
CREATE TABLE rec_xH(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_xH_k1 ON rec_xH(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_xH_k2 ON rec_xH(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_xH_k3 ON rec_xH(k3) WHERE k3 IS NOT NULL;

-- E erasure
CREATE TABLE rec_xE(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_xE_k1 ON rec_xE(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_xE_k2 ON rec_xE(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_xE_k3 ON rec_xE(k3) WHERE k3 IS NOT NULL;
