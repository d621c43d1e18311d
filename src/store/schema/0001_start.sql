-- Events, one table per noun of records, and the search text of incidents.
-- A noun's letter is its table: rec_<letter>. Columns k1 to k3 are what the
-- journal wants to find a record by; NULL is not indexed. Nothing here knows
-- what a column means.

CREATE TABLE node(
	one INTEGER PRIMARY KEY CHECK (one = 1),
	epoch INTEGER NOT NULL
);
INSERT INTO node VALUES (1, 0);

CREATE TABLE events(
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	incident INTEGER,
	doc BLOB NOT NULL,
	hash BLOB NOT NULL
);
CREATE INDEX events_incident ON events(incident) WHERE incident IS NOT NULL;

-- a account
CREATE TABLE rec_a(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_a_k1 ON rec_a(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_a_k2 ON rec_a(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_a_k3 ON rec_a(k3) WHERE k3 IS NOT NULL;

-- g agency
CREATE TABLE rec_g(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_g_k1 ON rec_g(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_g_k2 ON rec_g(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_g_k3 ON rec_g(k3) WHERE k3 IS NOT NULL;

-- s site
CREATE TABLE rec_s(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_s_k1 ON rec_s(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_s_k2 ON rec_s(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_s_k3 ON rec_s(k3) WHERE k3 IS NOT NULL;

-- u unit
CREATE TABLE rec_u(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_u_k1 ON rec_u(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_u_k2 ON rec_u(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_u_k3 ON rec_u(k3) WHERE k3 IS NOT NULL;

-- d device
CREATE TABLE rec_d(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_d_k1 ON rec_d(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_d_k2 ON rec_d(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_d_k3 ON rec_d(k3) WHERE k3 IS NOT NULL;

-- r run card
CREATE TABLE rec_r(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_r_k1 ON rec_r(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_r_k2 ON rec_r(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_r_k3 ON rec_r(k3) WHERE k3 IS NOT NULL;

-- c signal
CREATE TABLE rec_c(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_c_k1 ON rec_c(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_c_k2 ON rec_c(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_c_k3 ON rec_c(k3) WHERE k3 IS NOT NULL;

-- i incident
CREATE TABLE rec_i(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_i_k1 ON rec_i(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_i_k2 ON rec_i(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_i_k3 ON rec_i(k3) WHERE k3 IS NOT NULL;

-- m assignment
CREATE TABLE rec_m(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_m_k1 ON rec_m(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_m_k2 ON rec_m(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_m_k3 ON rec_m(k3) WHERE k3 IS NOT NULL;

-- n note
CREATE TABLE rec_n(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_n_k1 ON rec_n(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_n_k2 ON rec_n(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_n_k3 ON rec_n(k3) WHERE k3 IS NOT NULL;

-- v invitation
CREATE TABLE rec_v(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_v_k1 ON rec_v(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_v_k2 ON rec_v(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_v_k3 ON rec_v(k3) WHERE k3 IS NOT NULL;

-- k token
CREATE TABLE rec_k(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_k_k1 ON rec_k(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_k_k2 ON rec_k(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_k_k3 ON rec_k(k3) WHERE k3 IS NOT NULL;

-- o roll entry
CREATE TABLE rec_o(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_o_k1 ON rec_o(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_o_k2 ON rec_o(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_o_k3 ON rec_o(k3) WHERE k3 IS NOT NULL;

-- p page of the second path
CREATE TABLE rec_p(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_p_k1 ON rec_p(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_p_k2 ON rec_p(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_p_k3 ON rec_p(k3) WHERE k3 IS NOT NULL;

-- l session
CREATE TABLE rec_l(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_l_k1 ON rec_l(k1) WHERE k1 IS NOT NULL;

-- z node
CREATE TABLE rec_z(seq INTEGER PRIMARY KEY, k1 INTEGER, k2 INTEGER, k3 INTEGER, body BLOB NOT NULL);
CREATE INDEX rec_z_k1 ON rec_z(k1) WHERE k1 IS NOT NULL;
CREATE INDEX rec_z_k2 ON rec_z(k2) WHERE k2 IS NOT NULL;
CREATE INDEX rec_z_k3 ON rec_z(k3) WHERE k3 IS NOT NULL;

-- rowid = incident; the words come already folded and cut (words.c), so the
-- plain tokenizer, no positions and no sizes.
CREATE VIRTUAL TABLE search USING fts5(
	words,
	tokenize = "ascii",
	detail = none,
	columnsize = 0
);
