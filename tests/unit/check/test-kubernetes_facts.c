/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "check/kubernetes_facts.h"
#include "codec/yaml.h"
#include "tests/unit/check/fact_rows.h"

static void check_with(const char *text, bool complete, const char *expression)
{
	struct yaml_file *file = NULL;
	struct kubernetes_objects objects = {0};
	struct kubernetes_facts facts;
	struct arena arena;
	struct err err = {0};
	struct value of[2];

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (yaml_parse(str_of(text), &file, &err) < 0 ||
	    kubernetes_objects_make(file, STR("a.yaml"), &arena, &objects, &err) < 0 ||
	    kubernetes_set_make(objects.p, objects.n, complete, &arena, &facts, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(objects.n > 0);
	of[0] = value_object(&objects.p[0]->object);
	of[1] = value_object(&facts.set.object);
	assert_fact("kubernetes.object", of, expression);
	arena_done(&arena);
	yaml_file_free(file);
}

#define POD "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web, tier: a}}\nspec:\n"
#define C   "object.pod.containers[0]."
#define ONE "  containers:\n  - name: a\n    image: a:1\n"

TEST(containers_have_what_they_inherit)
{
	static const struct {
		const char *text, *expression;
	} rows[] = {
		{POD "  securityContext: {runAsUser: 7, runAsNonRoot: true}\n" ONE,
		 C "security.run_as_user == 7 && " C "security.run_as_non_root == true"},
		{POD "  securityContext: {runAsNonRoot: true}\n" ONE
		     "    securityContext: {runAsNonRoot: false}\n",
		 C "security.run_as_non_root == false"},
		{POD "  securityContext: {seccompProfile: {type: RuntimeDefault}}\n" ONE,
		 C "security.seccomp == 'RuntimeDefault' && " C "security.own_seccomp == ''"},
		{POD ONE "    securityContext: {capabilities: {add: [cap_net_raw], drop: [all]}}\n",
		 C "security.add == ['NET_RAW'] && " C "security.drop == ['ALL']"},
		{POD ONE "    securityContext: {privileged: 'true'}\n",
		 "!" C "security.privileged"},
		{POD ONE "    securityContext: 1\n", "!" C "security.written"},
		{POD "  hostUsers: false\n" ONE, "object.pod.user_namespace"},
		{POD "  os: {name: windows}\n" ONE, "object.pod.windows"},
		{POD "  resources: {limits: {memory: 1Gi}}\n" ONE
		     "    resources: {limits: {cpu: 1}}\n",
		 C "limits == {'memory': '1Gi', 'cpu': 1} && 'cpu' in " C "requests"},
		{"apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n"
		 "    container.apparmor.security.beta.kubernetes.io/a: unconfined\n"
		 "    seccomp.security.alpha.kubernetes.io/pod: localhost/x\nspec:\n" ONE,
		 C "security.apparmor == 'Unconfined' && " C "security.seccomp == 'Localhost'"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_with(rows[i].text, true, rows[i].expression);
}

TEST(parts_of_a_pod_are_found)
{
	static const struct {
		const char *text, *expression;
	} rows[] = {
		{POD ONE "  initContainers: [{name: b, restartPolicy: Always}]\n"
			 "  ephemeralContainers: [{name: c}]\n",
		 "object.pod.containers.map(c, c.kind + c.name).sort() == ['containera', "
		 "'ephemeralc', 'initb'] && object.pod.containers.exists(c, c.name == 'b' && "
		 "c.sidecar)"},
		{POD "  volumes: [{name: v, hostPath: {path: /etc}}]\n" ONE
		     "    volumeMounts: [{name: v, mountPath: /x, readOnly: true}]\n",
		 C "mounts[0].host_path == '/etc' && " C "mounts[0].read_only"},
		{POD ONE "    livenessProbe: {httpGet: {host: h, port: http}}\n"
			 "    lifecycle: {preStop: {tcpSocket: {host: i, port: 1}}}\n",
		 C "handlers.map(h, h.kind + h.host) == ['livenessProbeh', 'preStopi'] && " C
		   "probes == ['livenessProbe']"},
		{POD ONE
		 "    env: [{name: A, value: b}, {name: C, valueFrom: {secretKeyRef: {name: "
		 "s}}}]\n    envFrom: [{secretRef: {name: t}}]\n",
		 C "env[0].value == 'b' && " C "env[1].secret == 's' && " C "env_secrets == ['t']"},
		{"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: w}\nspec: {jobTemplate: "
		 "{spec: {template: {spec: {containers: [{name: a}]}}}}}\n",
		 "object.pod.kind == 'CronJob' && " C "name == 'a'"},
		{"apiVersion: v1\nkind: List\nitems:\n- kind: PodList\n  items:\n  - {apiVersion: "
		 "v1, kind: Pod, metadata: {name: x}}\n",
		 "set.objects.size() == 1 && object.name == 'x' && object.document == 1"},
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\n",
		 "object.group == 'apps' && object.version == 'v1' && object.namespace == 'b' && "
		 "!has(object.pod) && object.namespaced && object.file == 'a.yaml'"},
		{"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "!object.namespaced"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_with(rows[i].text, true, rows[i].expression);
}

#define POLICY(ns, selector)                                                                       \
	"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np" ns       \
	"}\nspec: {podSelector: " selector "}\n"
#define BY_POLICY "object.pod.selected_by.exists(o, o.name == 'np')"

TEST(selectors_find_their_pods)
{
	static const struct {
		const char *text;
		bool found;
	} rows[] = {
		{POD ONE POLICY("", "{}"), true},
		{POD ONE POLICY("", "{matchLabels: {app: web}}"), true},
		{POD ONE POLICY("", "{matchLabels: {app: web, tier: a}}"), true},
		{POD ONE POLICY("", "{matchLabels: {app: web, tier: b}}"), false},
		{POD ONE POLICY("", "{matchLabels: {other: web}}"), false},
		{POD ONE POLICY("",
				"{matchExpressions: [{key: app, operator: In, values: [web]}]}"),
		 true},
		{POD ONE POLICY("",
				"{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}"),
		 false},
		{POD ONE POLICY("", "{matchExpressions: [{key: app, operator: Exists}]}"), true},
		{POD ONE POLICY("", "{matchExpressions: [{key: x, operator: DoesNotExist}]}"),
		 true},
		{POD ONE POLICY(", namespace: shop", "{}"), true}, /* the pod's may be any */
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a}\nspec:\n" ONE
			 POLICY(", namespace: b", "{}"),
		 false},
		{POD ONE "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: "
			 "{name: np}\nspec: {endpointSelector: {matchLabels: {x: y}}}\n",
		 true}, /* not understood: it may */
		{POD ONE "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: "
			 "np}\nspec: {}\n",
		 false},
		{POD ONE "---\napiVersion: v1\nkind: Service\nmetadata: {name: np}\nspec: "
			 "{selector: {tier: a}}\n",
		 true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_with(rows[i].text, true, rows[i].found ? BY_POLICY : "!" BY_POLICY);
}

TEST(objects_of_a_set_know_each_other)
{
	static const struct {
		const char *text, *expression;
	} rows[] = {
		{POD "  serviceAccountName: s\n" ONE
		     "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\n"
		     "automountServiceAccountToken: false\n",
		 "object.pod.account.name == 's' && object.pod.automount == false"},
		{POD "  serviceAccountName: s\n" ONE
		     "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: t}\n",
		 "!has(object.pod.account)"},
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: a}\n---\n"
		 "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h, "
		 "namespace: a}\nspec: {scaleTargetRef: {kind: Deployment, name: w}}\n",
		 "object.scaled"},
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: a}\n---\n"
		 "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h, "
		 "namespace: b}\nspec: {scaleTargetRef: {kind: Deployment, name: w}}\n",
		 "!object.scaled"},
		{"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\n"
		 "kind: LimitRange\nmetadata: {name: l, namespace: a}\n---\napiVersion: v1\nkind: "
		 "ResourceQuota\nmetadata: {name: l, namespace: b}\n",
		 "object.contains == ['LimitRange'] && set.kinds == ['Namespace', 'LimitRange', "
		 "'ResourceQuota']"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_with(rows[i].text, true, rows[i].expression);
}

TEST(one_object_is_no_complete_set)
{
	check_with(POD ONE, true, "!set.complete");
	check_with(POD ONE "---\n" POD ONE, true, "set.complete && set.pods.size() == 2");
	check_with(POD ONE "---\n" POD ONE, false, "!set.complete");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(containers_have_what_they_inherit), RUN(parts_of_a_pod_are_found),
		RUN(selectors_find_their_pods),		RUN(objects_of_a_set_know_each_other),
		RUN(one_object_is_no_complete_set),
	};

	return RUN_ALL(tests);
}
