/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When screens fail: the queue on paper at a set interval, with numbered forms
 * to write on. The file stays in DIR/print; a configured program prints it.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMS_PER_PRINT 4

static void
escape(struct buf *b, const char *z)
{
	for (; z && *z; z++) {
		if (*z == '<')
			buf_add_z(b, "&lt;");
		else if (*z == '&')
			buf_add_z(b, "&amp;");
		else if (*z == '>')
			buf_add_z(b, "&gt;");
		else
			buf_add_c(b, *z);
	}
}

static void
row(struct buf *b, const struct incident *i)
{
	buf_add_z(b, "<tr><td>");
	escape(b, i->number);
	buf_printf(b, "</td><td>%s</td><td>%s</td><td>", priority_names[i->priority],
		   i->unacknowledged ? "UNACKNOWLEDGED"
				     : incident_state_names[i->state]);
	escape(b, i->kind);
	buf_add_z(b, "</td><td dir=auto>");
	escape(b, i->site_name);
	buf_add_z(b, "</td><td dir=auto>");
	escape(b, i->message);
	buf_add_z(b, "</td><td>");
	if (i->m_raised != TIME_NONE)
		time_format(b, i->m_raised);
	buf_add_z(b, "</td><td>");
	for (size_t k = 0; k < i->n_assignments; k++) {
		escape(b, i->assignments[k]->callsign);
		buf_printf(b, " (%s) ",
			   assignment_state_names[i->assignments[k]->state]);
	}
	buf_add_z(b, "</td></tr>\n");
}

static void
form(struct buf *b, long long number)
{
	buf_printf(
		b,
		"<section><h2>Form %lld</h2><p>Kind ______________ Priority ____ Site "
		"______________________</p><p>Raised __:__ Acknowledged __:__ Unit "
		"________ Dispatched __:__ On scene __:__ Closed __:__</p>"
		"<p>What happened ______________________________________________</p>"
		"<p>Name and signature ______________________</p></section>\n",
		number);
}

static void
write_paper(struct api *api, struct buf *b, struct arena *arena)
{
	struct model *m = journal_model(api->cfg.journal);
	size_t n;
	struct record **all = model_list(m, NOUN_INCIDENT, &n, arena);

	buf_add_z(b, "<!doctype html><meta charset=utf-8><title>Kumak queue</title>"
		     "<style>body{font:12pt sans-serif}table{border-collapse:collapse}"
		     "td,th{border:1px solid;padding:2pt 4pt;text-align:start}"
		     "section{break-inside:avoid;border:1px solid;padding:6pt;"
		     "margin-block:8pt}</style><h1>");
	escape(b, m->node->name);
	buf_printf(b, " &mdash; queue no. %lld, ", (long long)m->node->snapshots_made);
	time_format(b, net_wall_ms(api->cfg.net));
	buf_add_z(b, "</h1><table><tr><th>No.<th>Priority<th>State<th>Kind<th>Site"
		     "<th>Message<th>Raised<th>Units</tr>\n");
	for (size_t k = 0; k < n; k++) {
		const struct incident *i = (const struct incident *)all[k];

		if (i->state != INCIDENT_CLOSED && i->r.world == WORLD_LIVE)
			row(b, i);
	}
	buf_add_z(b, "</table>\n");
	for (int k = 0; k < FORMS_PER_PRINT; k++)
		form(b, (long long)m->node->forms_used - FORMS_PER_PRINT + 1 + k);
}

static void
printed(void *ctx, int status)
{
	(void)ctx;
	if (status != 0)
		log_warn("api", "print_failed", "status=%d", status);
}

static int
keep(const char *dir, struct span html)
{
	char path[4096];
	int fd;
	ssize_t n;

	snprintf(path, sizeof path, "%s/print", dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return ERR_IO;
	snprintf(path, sizeof path, "%s/print/queue.html", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	n = write(fd, html.p, html.n);
	close(fd);
	return n == (ssize_t)html.n ? 0 : ERR_IO;
}

void
paper_print(void *ctx)
{
	struct api *api = ctx;
	struct buf AUTO(buf_done) html = { 0 };
	struct arena AUTO(arena_done) arena = { 0 };

	if (!journal_model(api->cfg.journal)->node)
		return;
	room_snapshot(journal_begin(api->cfg.journal, NULL), FORMS_PER_PRINT);
	write_paper(api, &html, &arena);
	if (api->cfg.dir && keep(api->cfg.dir, buf_span(&html)) < 0)
		log_warn("api", "print_not_kept", "dir=%s", api->cfg.dir);
	if (api->cfg.print_program) {
		const char *argv[] = { api->cfg.print_program, NULL };

		if (net_spawn(api->cfg.net, argv, buf_span(&html), 60000, printed,
			      api) < 0)
			log_warn("api", "print_failed", "program=%s",
				 api->cfg.print_program);
	}
}

void
snapshot_get(struct call *c)
{
	struct buf *b = &c->out;
	const struct node *node = c->m->node;
	struct record **all;
	size_t n;

	if (!principal_is_room(c->who)) {
		answer_problem(c, 403, "not_allowed", "only the room may see this");
		return;
	}
	jw_open(b, '{');
	jw_ktime(b, "made_at", net_wall_ms(c->api->cfg.net));
	jw_ki64(b, "number", node->snapshots_made);
	jw_key(b, "forms");
	jw_open(b, '{');
	jw_ki64(b, "from", node->forms_used + 1);
	jw_ki64(b, "to", node->forms_used + FORMS_PER_PRINT);
	jw_close(b, '}');
	jw_key(b, "incidents");
	jw_open(b, '[');
	all = model_list(c->m, NOUN_INCIDENT, &n, c->req->arena);
	for (size_t k = 0; k < n; k++)
		if (((const struct incident *)all[k])->state != INCIDENT_CLOSED &&
		    access_record(c->m, c->who, NOUN_INCIDENT, all[k]) != VIEW_NONE)
			view_incident_paper(c, b, (struct incident *)all[k]);
	jw_close(b, ']');
	jw_key(b, "units");
	jw_open(b, '[');
	all = model_list(c->m, NOUN_UNIT, &n, c->req->arena);
	for (size_t k = 0; k < n; k++)
		if (access_record(c->m, c->who, NOUN_UNIT, all[k]) != VIEW_NONE)
			view_record(c, b, NOUN_UNIT, all[k], VIEW_ROOM);
	jw_close(b, ']');
	jw_close(b, '}');
	room_snapshot(call_decide(c), FORMS_PER_PRINT);
	answer(c, 200);
}
