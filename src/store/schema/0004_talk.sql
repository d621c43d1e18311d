-- The liaison room: channels and what is said in them. Only columns that are asked for
-- have an index.

-- t channel
CREATE TABLE rec_t(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);

-- e member of a channel
CREATE TABLE rec_e(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_e_k1 ON rec_e(k1) WHERE k1 IS NOT NULL;

-- b post
CREATE TABLE rec_b(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_b_k1 ON rec_b(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_b_k2 ON rec_b(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_b_k3 ON rec_b(k3) WHERE k3 IS NOT NULL;

-- y acknowledgement
CREATE TABLE rec_y(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_y_k1 ON rec_y(k1) WHERE k1 IS NOT NULL;

-- q receipt: cursors of a reader
CREATE TABLE rec_q(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_q_k1 ON rec_q(k1) WHERE k1 IS NOT NULL;

-- f file
CREATE TABLE rec_f(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_f_k1 ON rec_f(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_f_k2 ON rec_f(k2) WHERE k2 IS NOT NULL;

-- x export
CREATE TABLE rec_x(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_x_k1 ON rec_x(k1) WHERE k1 IS NOT NULL;

-- w duty phone
CREATE TABLE rec_w(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);

-- rowid = post; the words as in the search of incidents.
CREATE VIRTUAL TABLE search_b USING fts5(
	words,
	tokenize = "ascii",
	detail = none,
	columnsize = 0
);
