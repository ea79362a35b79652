{{- define "sms-routes.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "sms-routes.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sms-routes.labels" -}}
{{ include "sms-routes.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* The seconds that a stop may take: the setting of Camel, or its default in application.properties. */}}
{{- define "sms-routes.stop" -}}
{{- index .Values.settings "camel.main.shutdownTimeout" | default 30 | int }}
{{- end }}

{{/* What would start and then do harm, or would not start. */}}
{{- define "sms-routes.check" -}}
{{- if gt (int .Values.replicas) 1 }}
{{- if not .Values.ledger.url }}
{{- fail "replicas: more than one needs ledger.url, a PostgreSQL that all share: SQLite on a volume of each would send messages twice" }}
{{- end }}
{{- if not .Values.keys.existingSecret }}
{{- fail "replicas: more than one needs keys.existingSecret: else each has callers of its own" }}
{{- end }}
{{- end }}
{{- if and .Values.sandbox .Values.api.url }}
{{- fail "sandbox: expected false with api.url; with the sandbox no SMS is sent" }}
{{- end }}
{{- if and (not .Values.sandbox) (not .Values.api.url) }}
{{- fail "api.url: expected the URL of the SMS API, or sandbox: true to try it out" }}
{{- end }}
{{- if and .Values.api.url (not .Values.api.existingSecret) }}
{{- fail "api.existingSecret: expected a Secret with client-id and client-secret" }}
{{- end }}
{{- if and .Values.keys.tokenKey (not .Values.keys.existingSecret) }}
{{- fail "keys.tokenKey: expected keys.existingSecret, which has token.key" }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled (not .Values.serviceMonitor.existingSecret) }}
{{- fail "serviceMonitor.existingSecret: expected a Secret with the key of a caller with the role observe" }}
{{- end }}
{{- if and .Values.prometheusRule.enabled (not .Values.prometheusRule.file) }}
{{- fail "prometheusRule.file: expected --set-file prometheusRule.file=RULES" }}
{{- end }}
{{- range $key, $value := .Values.settings }}
{{- if regexMatch "(secret|password|passphrase)$" $key }}
{{- fail (printf "settings: expected %s in a Secret, not in a ConfigMap" $key) }}
{{- end }}
{{- end }}
{{- end }}
