{% test unique_key(model, columns) %}
-- Risk: a join that fans out shows every figure twice, and nothing else would notice.
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
