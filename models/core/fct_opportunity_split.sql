-- A deal's splits of one type count if they make the whole deal (R13); where several types do, the
-- one of revenue is credited, an overlay last. The others stay, and say why they do not count.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

splits as (
    select * from {{ ref('int_opportunity_split_conformed') }}
),

opportunities as (
    select
        opportunity_id,
        is_open,
        close_date
    from {{ ref('fct_opportunity') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

dated as (
    select
        s.*,
        case when o.is_open then clock.as_of_date else coalesce(o.close_date, clock.as_of_date) end
            as credit_date,
        sum(s.split_percent) over (partition by s.opportunity_id, s.split_type) as type_percent
    from splits as s
    cross join clock
    inner join opportunities as o
        on s.opportunity_id = o.opportunity_id
),

ranked as (
    select
        *,
        dense_rank() over (
            partition by opportunity_id
            order by
                case when type_percent = 100 then 0 else 1 end asc,
                case
                    when lower(split_type) like '%revenue%' then 1
                    when lower(split_type) like '%overlay%' then 3
                    else 2
                end asc,
                split_type asc
        ) as type_rank
    from dated
),

final as (
    select
        r.opportunity_split_id,
        r.opportunity_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        r.split_type,
        r.split_percent,
        r.type_percent = 100 and r.type_rank = 1 as is_credited,
        case
            when r.type_percent <> 100 then 'split_sum'
            when r.type_rank > 1 then 'other_split_type'
        end as reason_code,
        r.credit_date,
        r.source_system,
        r._source_file,
        r._source_row
    from ranked as r
    left join aliases as a
        on
            r.source_system = a.source_system
            and r.person_alias = a.alias
            and r.credit_date >= a.valid_from
            and r.credit_date < a.valid_to
)

select * from final
