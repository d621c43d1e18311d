/* SPDX-License-Identifier: Apache-2.0 */
/* Stages that a caller is told, and their sentences. */
#include "model/stage.h"

#include "base/auto.h"

const char *const stage_names[] = { "received",  "acknowledged", "unit_accepted",
				    "unit_near", "on_scene",     "closed",
				    "closed" };

/* Plain sentences, each language complete. Others fall back on the node's. */
static const struct {
	const char *language;
	const char *text[7];
} sentences[] = {
	{ "en",
	  { "Received by the command room.",
	    "A person in the command room has taken it.", "A unit is coming.",
	    "The unit is near.", "The unit is with you.",
	    "The command room has closed this call.",
	    "Your cancel was received. The command room will telephone to make "
	    "sure." } },
	{ "ur",
	  { "کمانڈ روم کو موصول ہو گیا۔", "کمانڈ روم کے اہلکار نے کال لے لی ہے۔",
	    "ایک یونٹ آ رہا ہے۔", "یونٹ قریب ہے۔", "یونٹ آپ کے پاس پہنچ گیا ہے۔",
	    "کمانڈ روم نے یہ کال بند کر دی ہے۔",
	    "آپ کی منسوخی موصول ہو گئی۔ تصدیق کے لیے کمانڈ روم فون کرے گا۔" } },
	{ "sd",
	  { "ڪمانڊ روم کي ملي ويو.", "ڪمانڊ روم جي اهلڪار ڪال کنئي آهي.",
	    "هڪ يونٽ اچي رهيو آهي.", "يونٽ ويجهو آهي.", "يونٽ توهان وٽ پهچي ويو آهي.",
	    "ڪمانڊ روم هيءَ ڪال بند ڪري ڇڏي آهي.",
	    "توهان جي منسوخي ملي وئي. پڪ ڪرڻ لاءِ ڪمانڊ روم فون ڪندو." } },
	{ "zh",
	  { "指挥室已收到。", "指挥室人员已接手。", "警力正在赶来。", "警力已接近。",
	    "警力已到达。", "指挥室已结束此警情。",
	    "已收到取消请求，指挥室将来电确认。" } },
};

const char *
stage_sentence(const struct model *m, const char *language, enum stage_id stage)
{
	const char *want[] = { language, m->node ? m->node->language : NULL, "en" };

	for (size_t w = 0; w < ARRAY_LEN(want); w++)
		for (size_t i = 0; want[w] && i < ARRAY_LEN(sentences); i++)
			if (strncmp(want[w], sentences[i].language, 2) == 0)
				return sentences[i].text[stage];
	return sentences[0].text[stage];
}

static void
add(const struct signal *s, enum stage_id id, int64_t at, int64_t until,
    struct stage *ret, size_t *n)
{
	if (at == TIME_NONE || at > until)
		return;
	/* it was so already when this press came */
	ret[(*n)++] = (struct stage){ id, at < s->at ? s->at : at };
}

size_t
stages_of(const struct signal *s, const struct incident *i, const struct principal *who,
	  struct stage ret[STAGES_MAX])
{
	bool frozen = incident_is_frozen_for(i, who);
	int64_t until = frozen ? i->frozen_at : INT64_MAX;
	size_t n = 0;

	add(s, STAGE_RECEIVED, s->at, INT64_MAX, ret, &n);
	if (!i->unacknowledged || i->m_dispatched != TIME_NONE || frozen)
		add(s, STAGE_ACKNOWLEDGED, i->m_acknowledged, until, ret, &n);
	add(s, STAGE_UNIT_ACCEPTED, i->m_dispatched, until, ret, &n);
	add(s, STAGE_UNIT_NEAR, i->near_at, until, ret, &n);
	add(s, STAGE_ON_SCENE, i->m_on_scene, until, ret, &n);
	if (frozen)
		add(s, STAGE_CANCELLED, i->frozen_at, INT64_MAX, ret, &n);
	else if (i->state == INCIDENT_CLOSED)
		add(s, STAGE_CLOSED, i->m_closed, INT64_MAX, ret, &n);
	return n;
}
