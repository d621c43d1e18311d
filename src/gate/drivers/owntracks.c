/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones with OwnTracks in its HTTP mode, port 5144; one JSON object a request.
 * Source: owntracks.org/booklet/tech (http, json), behaviour of Traccar.
 * docs/protocols/owntracks.md.
 *
 *   POST /…  X-Limit-U: user  X-Limit-D: device   (or ?u=&d= behind the path)
 *   {"_type":"location","lat","lon","tst" s,"acc" m,"alt" m,"batt" %,"vel" km/h,
 *    "cog","t" why,"tid","topic"}; transition: "event" enter|leave, "desc"; steps;
 *   lwt: its connection to a broker broke
 *   encrypted: {"data" base64 of nonce 24 and box, XSalsa20-Poly1305}; its key is a
 *   word of up to 32 letters, zeros behind it
 * Who: the topic, else user and device, else tid. Answers: 200 and [] (no friends),
 * 400, and 422 for what is sealed with a key that is not known. A call: "alarm", or a
 * place marked ("poi", "tag") with a word for it.
 */
#include "gate/wire/owntracks.h"

#include "base/err.h"
#include "gate/wire/pick.h"

#include <stdio.h>

static void
reply(struct gate_out *out, const char *status, const char *body)
{
	gate_reply_printf(out,
			  "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
			  "Content-Length: %zu\r\n\r\n%s",
			  status, strlen(body), body);
}

/* --- who ---------------------------------------------------------------------------
 */

static bool
name_read(const struct pick_http *http, struct span object, char ret[GATE_IDENTITY_MAX])
{
	char topic_room[2 * GATE_IDENTITY_MAX], tid_room[GATE_IDENTITY_MAX];
	struct span topic = owntracks_name(pick_json_text(
		pick_json(object, "topic"), topic_room, sizeof topic_room));
	struct span user = pick_http_header(http, "x-limit-u");
	struct span device = pick_http_header(http, "x-limit-d");
	char room_u[40], room_d[40];

	if (!user.n)
		user = pick_form(http->query, "u", room_u, sizeof room_u);
	if (!device.n)
		device = pick_form(http->query, "d", room_d, sizeof room_d);
	if (topic.n) {
		pick_copy(ret, GATE_IDENTITY_MAX, topic);
	} else if (user.n) {
		char both[GATE_IDENTITY_MAX];

		snprintf(both, sizeof both, "owntracks/" SPAN_FMT "/" SPAN_FMT,
			 SPAN_ARG(user), SPAN_ARG(device));
		pick_copy(ret, GATE_IDENTITY_MAX, span_of(both));
	} else {
		pick_copy(ret, GATE_IDENTITY_MAX,
			  pick_json_text(pick_json(object, "tid"), tid_room,
					 sizeof tid_room));
	}
	return *ret;
}

static int
object_decode(const struct gate_in *in, const struct pick_http *http,
	      struct span object, struct gate_out *out)
{
	struct span type = pick_json(object, "_type");
	char identity[GATE_IDENTITY_MAX];
	int rc;

	if (!type.n || !name_read(http, object, identity)) {
		reply(out, "400 Bad Request", "{\"error\":\"no _type or no name\"}");
		return ERR_SYNTAX;
	}
	rc = owntracks_read(in, object, identity, out);
	if (rc == ERR_CRYPTO) {
		reply(out, "422 Unprocessable Entity",
		      "{\"error\":\"sealed with a key that is not known\"}");
		return 0;
	}
	reply(out, "200 OK", "[]");
	return 0;
}

static int
owntracks_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct pick_http http;
	struct span rest, object;

	(void)state;
	if (!pick_http(in->msg, &http) || !span_is_z(http.method, "POST")) {
		reply(out, "400 Bad Request", "{\"error\":\"a POST is wanted\"}");
		return ERR_SYNTAX;
	}
	rest = span_trim(http.body);
	if (!rest.n) { /* a friend was removed */
		reply(out, "200 OK", "[]");
		return 0;
	}
	object = pick_json_value(&rest);
	if (!object.n || *object.p != '{' || span_trim(rest).n) {
		reply(out, "400 Bad Request", "{\"error\":\"no JSON object\"}");
		return ERR_SYNTAX;
	}
	return object_decode(in, &http, object, out);
}

const struct gate_driver gate_driver_owntracks = {
	.name = "owntracks",
	.port = 5144,
	.wire = GATE_TCP | GATE_HTTP | GATE_KEYED,
	.frame = pick_http_frame,
	.decode = owntracks_decode,
};
