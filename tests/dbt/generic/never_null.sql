{% test never_null(model, columns) %}
-- Risk: a key or a flag that is missing drops its row from every join and condition in silence.
select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' is null or ') }} is null
{% endtest %}
