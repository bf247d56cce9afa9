/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/kubernetes_schema.h"

static const struct {
	const char *text, *want; /* path: message; of each */
} rows[] = {
	{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n", ""},
	{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 1}\n",
	 "data.a: a has to be a text, in quotes where it looks like something else; "},
	{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nimutable: true\n",
	 "imutable: there is no field imutable; did you mean immutable?; "},
	{"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nimmutable: 'yes'\n",
	 "immutable: immutable has to be true or false without quotes; "},
	{"kind: ConfigMap\n", ": apiVersion is missing; "},
	{"apiVersion: v1\nmetadata: {}\n", ": kind is missing; "},
	{"apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n", ""},
	{"apiVersion: v1\nkind: ConfigMap\nmetadata: x\n",
	 ": metadata.name is missing; metadata: metadata has to be a map; "},
	{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n", "spec: spec is missing; "},
	{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {}, "
	 "template: {spec: {containers: [{name: a}], nodeSelector: [x]}}}\n",
	 "spec.template.spec.nodeSelector: nodeSelector has to be a map; "},
	{"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n",
	 "spec.containers: a pod has no containers; "},
	{"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [x]}\n",
	 "spec.containers[0]: an entry has to be a map; "},
	{"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80, "
	 "targetPort: http}, {port: 1.0, targetPort: 80}]}\n",
	 ""},
	{"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{targetPort: "
	 "true}]}\n",
	 "spec.ports[0].targetPort: targetPort has to be a number or a text; "
	 "spec.ports[0].port: port is missing; "},
	{"apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: a}\nspec: {hard: {cpu: 1, memory: "
	 "1Gi, pods: [1]}}\n",
	 "spec.hard.pods: pods has to be a quantity like 500m or 1Gi; "},
	{"apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: "
	 "{maxReplicas: 2, scaleTargetRef: {kind: a, name: b}, metrics: []}\n",
	 "spec.metrics: there is no field metrics; "},
	{"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: "
	 "{maxReplicas: 2, scaleTargetRef: {kind: a, name: b}, metrics: []}\n",
	 ""},
	{"apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}\n",
	 "kind: apps/v1 has no kind Deploymnt; did you mean Deployment?; "},
	{"apiVersion: v1\nkind: Pood\n", "kind: v1 has no kind Pood; did you mean Pod?; "},
	{"apiVersion: v1\nkind: ConfigMapList\nitems: []\n", ""},
	{"apiVersion: batch/v1\nkind: Xyzzyxyzzy\n", "kind: batch/v1 has no kind Xyzzyxyzzy; "},
	{"apiVersion: example.com/v1\nkind: Deploymnt\n", ""},
	{"apiVersion: apps.example.com/v1\nkind: Deploymnt\n", ""},
	{"apiVersion: example.com/v1\nkind: Pod\nspec: {x: y}\n", ""},
};

static void check(const char *text, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
	struct yaml_file *file = NULL;
	struct arena arena;
	struct err err = {0};
	struct value list;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (yaml_parse(str_of(text), &file, &err) < 0 ||
	    kubernetes_schema_check(yaml_document(file, 0), &arena, &list, &err) < 0)
		fail_msg("%s", err.msg);
	for (uint32_t i = 0; i < list.n; i++) {
		const struct schema_problem_fact *p = (const void *)list.items[i].object;

		strbuf_addf(&got, "%.*s: %.*s; ", STR_FMT(value_str(p->path)),
			    STR_FMT(value_str(p->message)));
	}
	assert_str(strbuf_str(&got), want);
	arena_done(&arena);
	yaml_file_free(file);
}

TEST(what_the_api_refuses_is_told_with_its_path)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i].text, rows[i].want);
}

/* Each alias is the same node again: looked at often, but not without end. */
TEST(aliases_of_aliases_end)
{
	check("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
	      "  tolerations: &a [{key: x}, {key: x}, {key: x}, {key: x}]\n"
	      "  containers: [{name: a, env: [{name: b}]}]\n",
	      "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_the_api_refuses_is_told_with_its_path),
		RUN(aliases_of_aliases_end),
	};

	return RUN_ALL(tests);
}
