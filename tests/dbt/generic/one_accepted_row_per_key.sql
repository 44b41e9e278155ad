{% test one_accepted_row_per_key(model, key) %}
-- Risk: two rows in force for one record count its money twice in every figure above.
select {{ key | join(', ') }}, count(*) as accepted_rows
from {{ model }}
where row_status = 'accepted'
group by {{ key | join(', ') }}
having count(*) > 1
{% endtest %}
